-- P8, P9, C9: all stock of a warehouse system that counts belongs to one item, or its SKU is listed.
with

held as (
    select 'montapacking' as wms, sellable_qty
    from {{ ref('int_stock__montapacking_skus') }}
    union all
    select 'qls' as wms, sellable_qty from {{ ref('int_stock__qls_skus') }}
),

counted as (
    select 'montapacking' as wms, sum(montapacking_sellable_qty) as qty from {{ ref('int_stock__levels') }}
    union all
    select 'qls' as wms, sum(qls_sellable_qty) as qty from {{ ref('int_stock__levels') }}
),

listed as (
    select wms_levels.wms, sum(wms_levels.sellable_qty) as qty
    from {{ ref('int_stock__wms_levels') }} as wms_levels
    inner join {{ ref('data_quality') }} as data_quality
        on
            wms_levels.sku = data_quality.remote_id
            and data_quality.entity = wms_levels.wms || ' products'
            and data_quality.rule_id in ('P8', 'P9')
    where wms_levels.exact_item_id is null
    group by all
),

totals as (
    select wms, sum(sellable_qty) as qty from held
    group by all
)

select
    totals.wms,
    totals.qty as wms_qty,
    counted.qty as counted_qty,
    listed.qty as listed_qty
from totals
left join counted on totals.wms = counted.wms
left join listed on totals.wms = listed.wms
where totals.qty is distinct from coalesce(counted.qty, 0) + coalesce(listed.qty, 0)
