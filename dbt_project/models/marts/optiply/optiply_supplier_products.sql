-- One row per item and supplier that belong together: the supplier product as it should be in Optiply.
with

supplier_products as (
    select
        exact_supplier_item_id, exact_item_id, exact_account_id, supplier_product_name, sku_code,
        article_code, ean_code, price, lot_size, minimum_purchase_quantity, delivery_days, is_preferred,
        status
    from {{ ref('int_supplier_products__desired') }}
)

select
    exact_supplier_item_id as remote_id,
    exact_item_id as product_remote_id,
    exact_account_id as supplier_remote_id,
    supplier_product_name as name,
    sku_code,
    article_code,
    ean_code,
    price,
    lot_size,
    minimum_purchase_quantity,
    delivery_days as delivery_time,
    is_preferred as preferred,
    status
from supplier_products
