-- P6, P7: without a warehouse limit, the stock of every position that Exact has is in its stock levels.
with

positions as (
    select sum(coalesce(stock_positions.on_hand_qty, 0) - coalesce(stock_positions.planned_out_qty, 0)) as qty
    from {{ ref('stg_exact__stock_positions') }} as stock_positions
    anti join {{ ref('int_deletions__rows') }} as deletions
        on
            stock_positions.exact_stock_position_id = deletions.exact_id
            and deletions.stream = 'stock_positions'
),

levels as (
    select sum(sellable_qty) as qty from {{ ref('int_stock__exact_levels') }}
)

select
    positions.qty as position_qty,
    levels.qty as level_qty
from positions
cross join levels
where positions.qty is distinct from levels.qty and {{ flag_sql('stock_warehouse_ids') }} = ''
