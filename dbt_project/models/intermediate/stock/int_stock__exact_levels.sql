-- One row per Exact item with a stock position that counts: its stock in Exact over the selected warehouses.
with

stock_positions as (
    select exact_stock_position_id, exact_item_id, exact_warehouse_id, on_hand_qty, planned_out_qty
    from {{ ref('stg_exact__stock_positions') }}
),

deleted_positions as (
    select exact_id from {{ ref('int_deletions__rows') }}
    where stream = 'stock_positions'
),

selected_warehouses as (
    select exact_warehouse_id from {{ ref('int_stock__selected_warehouses') }}
),

counted_positions as (
    select
        stock_positions.exact_item_id,
        stock_positions.on_hand_qty,
        stock_positions.planned_out_qty
    from stock_positions
    anti join deleted_positions
        on stock_positions.exact_stock_position_id = deleted_positions.exact_id
    -- P7: a list that names unknown warehouses only selects nothing, it does not select everything
    where
        not exists (select 1 from selected_warehouses)
        or stock_positions.exact_warehouse_id in (
            select selected_warehouses.exact_warehouse_id from selected_warehouses
            where selected_warehouses.exact_warehouse_id is not null
        )
),

levels as (
    -- P6: what is promised to leave is no longer stock. The sum may be negative.
    select
        exact_item_id,
        sum(coalesce(on_hand_qty, 0)) as on_hand_qty,
        sum(coalesce(planned_out_qty, 0)) as planned_out_qty,
        sum(coalesce(on_hand_qty, 0) - coalesce(planned_out_qty, 0)) as sellable_qty
    from counted_positions
    group by all
)

select * from levels
