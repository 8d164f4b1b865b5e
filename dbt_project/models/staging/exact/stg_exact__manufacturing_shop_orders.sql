-- One row per Exact shop order.
select
    {{ guid('id') }} as exact_shop_order_id,
    shop_order_number,
    status as status_code,
    {{ guid('item') }} as exact_item_id,
    {{ guid('warehouse') }} as exact_warehouse_id,
    cast(entry_date as date) as entry_date,
    cast(planned_date as date) as planned_date,
    {{ quantity('planned_quantity') }} as planned_qty,
    {{ quantity('produced_quantity') }} as produced_qty,
    {{ clean_text('your_ref') }} as your_ref,
    {{ instant('modified') }} as modified_at,
    division as division_code,
    timestamp as row_version
from {{ source('raw_exact', 'manufacturing_shop_orders') }}
