-- One row per Exact assembly order. Exact does not say when it was modified.
select
    {{ guid('id') }} as exact_assembly_order_id,
    order_number,
    type as type_code,
    order_status as order_status_code,
    {{ guid('item') }} as exact_item_id,
    {{ guid('warehouse') }} as exact_warehouse_id,
    cast(order_date as date) as order_date,
    cast(assembly_date as date) as assembly_date,
    cast(finished_assembly_date as date) as finished_date,
    {{ quantity('planned_quantity') }} as planned_qty,
    {{ quantity('finished_quantity') }} as finished_qty,
    division as division_code
from {{ source('raw_exact', 'assembly_orders') }}
