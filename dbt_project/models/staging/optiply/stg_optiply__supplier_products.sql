-- One row per Optiply supplier product: the link of a product to a supplier.
select
    id as optiply_supplier_product_id,
    product_id as optiply_product_id,
    supplier_id as optiply_supplier_id,
    {{ clean_text('sku_code') }} as sku_code,
    lot_size,
    minimum_purchase_quantity,
    delivery_time as delivery_time_days,
    {{ clean_text('remote_id') }} as remote_id,
    updated_at
from {{ source('raw_optiply', 'supplier_products') }}
