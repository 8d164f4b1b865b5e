-- One row per Exact supplier item: what one supplier sells of one item, and how.
select
    {{ guid('id') }} as exact_supplier_item_id,
    {{ guid('item') }} as exact_item_id,
    {{ guid('supplier') }} as exact_account_id,
    {{ clean_text('item_code') }} as item_code,
    {{ clean_text('item_description') }} as item_description,
    {{ clean_text('supplier_item_code') }} as supplier_item_code,
    {{ clean_text('barcode') }} as barcode,
    {{ is_yes('main_supplier') }} as is_main_supplier,
    {{ clean_text('purchase_unit') }} as purchase_unit_code,
    -- unrounded: it divides prices and quantities (k in the rules)
    purchase_unit_factor as stock_units_per_purchase_unit,
    purchase_lot_size as purchase_lot_qty,
    {{ quantity('minimum_quantity') }} as minimum_order_qty,
    purchase_lead_time as purchase_lead_days,
    purchase_price as price_per_purchase_unit,
    upper({{ clean_text('currency') }}) as currency_code,
    cast(start_date as date) as price_start_date,
    cast(end_date as date) as price_end_date,
    {{ instant('created') }} as created_at,
    {{ instant('modified') }} as modified_at,
    division as division_code,
    timestamp as row_version
from {{ source('raw_exact', 'supplier_products') }}
