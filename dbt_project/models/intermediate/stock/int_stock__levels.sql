-- One row per Exact item with stock anywhere: what can be sold, and the parts it is the sum of.
with

exact_levels as (
    select exact_item_id, sellable_qty as exact_sellable_qty from {{ ref('int_stock__exact_levels') }}
),

wms_levels as (
    select
        exact_item_id,
        sum(case when wms = 'montapacking' then sellable_qty else 0 end) as montapacking_sellable_qty,
        sum(case when wms = 'qls' then sellable_qty else 0 end) as qls_sellable_qty
    from {{ ref('int_stock__wms_levels') }}
    -- a SKU that Exact does not have is listed in data_quality
    where exact_item_id is not null
    group by all
),

parts as (
    select
        coalesce(exact_levels.exact_item_id, wms_levels.exact_item_id) as exact_item_id,
        coalesce(exact_levels.exact_sellable_qty, 0) as exact_sellable_qty,
        coalesce(wms_levels.montapacking_sellable_qty, 0) as montapacking_sellable_qty,
        coalesce(wms_levels.qls_sellable_qty, 0) as qls_sellable_qty
    from exact_levels
    full join wms_levels on exact_levels.exact_item_id = wms_levels.exact_item_id
),

levels as (
    select
        *,
        -- P8, P9
        exact_sellable_qty + montapacking_sellable_qty + qls_sellable_qty as sellable_qty
    from parts
)

select * from levels
