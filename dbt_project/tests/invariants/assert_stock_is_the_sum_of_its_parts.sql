-- P6, P8, P9: what an item's stock is, and what it is made of, agree; and all of Exact's stock is in there.
with

levels as (
    select exact_item_id, exact_sellable_qty, montapacking_sellable_qty, qls_sellable_qty, sellable_qty
    from {{ ref('int_stock__levels') }}
),

exact_levels as (
    select exact_item_id, sellable_qty from {{ ref('int_stock__exact_levels') }}
)

select
    coalesce(levels.exact_item_id, exact_levels.exact_item_id) as exact_item_id,
    levels.sellable_qty,
    exact_levels.sellable_qty as exact_qty
from levels
full join exact_levels on levels.exact_item_id = exact_levels.exact_item_id
where
    levels.sellable_qty is distinct from
    levels.exact_sellable_qty + levels.montapacking_sellable_qty + levels.qls_sellable_qty
    or levels.exact_sellable_qty is distinct from coalesce(exact_levels.sellable_qty, 0)
