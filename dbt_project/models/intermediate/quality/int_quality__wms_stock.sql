-- One row per SKU of a warehouse system whose stock goes to no item, and one where stock is held (C9).
with

wms_levels as (
    select wms, sku, exact_item_id from {{ ref('int_stock__wms_levels') }}
),

rows_without_sku as (
    select 'montapacking' as wms, montapacking_row_key as row_key
    from {{ ref('stg_wms__montapacking_products') }}
    where {{ flag_sql('sync_stock_montapacking') }} and sku is null
    union all
    select 'qls' as wms, qls_row_key as row_key
    from {{ ref('stg_wms__qls_products') }}
    where {{ flag_sql('sync_stock_qls') }} and sku is null
),

held_stock as (
    select held_by from {{ ref('int_plan__held_entities') }}
    where entity = 'stockLevels'
),

left_out as (
    select wms, sku as remote_id, 'no item in Exact has this code; its stock is not counted' as reason
    from wms_levels
    where exact_item_id is null
    union all
    select wms, row_key as remote_id, 'has no SKU; its stock is not counted' as reason
    from rows_without_sku
),

issues as (
    select
        wms || ' products' as entity, remote_id,
        case wms when 'montapacking' then 'P8' else 'P9' end as rule_id, reason, 'left_out' as severity
    from left_out
    where {{ flag_sql('map_stockLevel') }}
    union all
    select
        'products' as entity, cast(null as varchar) as remote_id, 'C10' as rule_id,
        'stock levels are held: ' || held_by as reason, 'waiting' as severity
    from held_stock
)

select * from issues
