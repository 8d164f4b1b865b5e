-- One row per item and warehouse with a stock position: what is there, what comes and what is promised.
with

stock_positions as (
    select
        exact_stock_position_id, exact_item_id, exact_warehouse_id, warehouse_code, on_hand_qty,
        planned_in_qty, planned_out_qty
    from {{ ref('stg_exact__stock_positions') }}
),

deleted_positions as (
    select exact_id from {{ ref('int_deletions__rows') }}
    where stream = 'stock_positions'
),

warehouses as (
    select exact_warehouse_id, warehouse_description from {{ ref('stg_exact__warehouses') }}
),

selected_warehouses as (
    select exact_warehouse_id from {{ ref('int_stock__selected_warehouses') }}
),

texts as (
    select exact_item_id, sku_code, product_name from {{ ref('int_products__texts') }}
),

positions as (
    select
        stock_positions.exact_item_id,
        stock_positions.exact_warehouse_id,
        min(stock_positions.warehouse_code) as warehouse_code,
        sum(coalesce(stock_positions.on_hand_qty, 0)) as on_hand_qty,
        sum(coalesce(stock_positions.planned_in_qty, 0)) as planned_in_qty,
        sum(coalesce(stock_positions.planned_out_qty, 0)) as planned_out_qty
    from stock_positions
    anti join deleted_positions
        on stock_positions.exact_stock_position_id = deleted_positions.exact_id
    group by all
)

select
    positions.exact_item_id,
    texts.sku_code as sku,
    texts.product_name as name,
    positions.exact_warehouse_id,
    positions.warehouse_code,
    warehouses.warehouse_description as warehouse_name,
    cast(positions.on_hand_qty as decimal(38, 4)) as on_hand_qty,
    cast(positions.planned_in_qty as decimal(38, 4)) as planned_in_qty,
    cast(positions.planned_out_qty as decimal(38, 4)) as planned_out_qty,
    cast(positions.on_hand_qty - positions.planned_out_qty as decimal(38, 4)) as sellable_qty,
    -- P7: without a selection every warehouse counts
    (select count(*) from selected_warehouses) = 0
    or coalesce(
        positions.exact_warehouse_id in (
            select chosen.exact_warehouse_id from selected_warehouses as chosen
            where chosen.exact_warehouse_id is not null
        ),
        false
    ) as is_counted
from positions
left join warehouses on positions.exact_warehouse_id = warehouses.exact_warehouse_id
left join texts on positions.exact_item_id = texts.exact_item_id
