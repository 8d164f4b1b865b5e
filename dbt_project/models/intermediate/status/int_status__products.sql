-- One row per Exact item: the status of its product and every reason why it is disabled.
with

items as (
    select exact_item_id from {{ ref('stg_exact__items') }}
),

reasons as (
    select
        exact_item_id,
        list(reason order by rule_id, reason) as status_reasons,
        list(distinct rule_id order by rule_id) as rule_ids
    from {{ ref('int_status__item_reasons') }}
    group by all
),

statuses as (
    select
        items.exact_item_id,
        case when reasons.exact_item_id is null then 'enabled' else 'disabled' end as status,
        coalesce(reasons.status_reasons, []) as status_reasons,
        coalesce(reasons.rule_ids, []) as rule_ids
    from items
    left join reasons
        on items.exact_item_id = reasons.exact_item_id
)

select * from statuses
