-- One row per item and rule that disables it (P13 to P19).
with

items as (
    select
        exact_item_id, end_date, item_group_code, is_purchase_item, is_make_item, is_sales_item,
        is_stock_item, is_on_demand_item
    from {{ ref('stg_exact__items') }}
),

deleted_items as (
    select exact_id, deleted_at from {{ ref('int_deletions__rows') }}
    where stream = 'items'
),

composed_items as (
    select exact_item_id from {{ ref('int_products__composed_items') }}
),

assortment_reasons as (
    select exact_item_id, reason from {{ ref('int_status__assortment_reasons') }}
),

reasons as (
    select
        items.exact_item_id, 'P13' as rule_id,
        'deleted in Exact on ' || strftime(deleted_items.deleted_at, '%Y-%m-%d') as reason
    from items
    inner join deleted_items on items.exact_item_id = deleted_items.exact_id
    union all
    select exact_item_id, 'P14' as rule_id, 'ended on ' || strftime(end_date, '%Y-%m-%d') as reason
    from items
    where end_date < {{ as_of() }}
    union all
    select
        items.exact_item_id, 'P15' as rule_id,
        'is neither bought nor made, and heads no composition' as reason
    from items
    anti join composed_items on items.exact_item_id = composed_items.exact_item_id
    where {{ flag_sql('map_IsPurchaseItem') }} and not items.is_purchase_item and not items.is_make_item
    union all
    select exact_item_id, 'P16' as rule_id, 'is ordered on demand only' as reason
    from items
    where {{ flag_sql('use_IsOnDemandItem') }} and is_on_demand_item
    union all
    select exact_item_id, 'P17' as rule_id, 'item group ' || item_group_code || ' is left out' as reason
    from items
    where list_contains({{ flag_sql('prod_ItemGroupCode_filter') }}, item_group_code)
    union all
    select exact_item_id, 'P18' as rule_id, reason
    from assortment_reasons
    union all
    select exact_item_id, 'P19' as rule_id, 'is no sales, purchase, stock or make item' as reason
    from items
    where not is_sales_item and not is_purchase_item and not is_stock_item and not is_make_item
)

select * from reasons
