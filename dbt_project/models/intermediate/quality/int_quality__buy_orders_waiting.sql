-- One row per buy order, line or receipt line that waits for what it belongs to to be in Optiply (C9, RL4).
with

planned as (
    select entity, remote_id, blocked_by
    from {{ ref('plan_optiply_buy_orders') }}
    union all
    select entity, remote_id, blocked_by
    from {{ ref('plan_optiply_buy_order_lines') }}
    union all
    select entity, remote_id, blocked_by
    from {{ ref('plan_optiply_receipt_lines') }}
),

waiting as (
    select
        entity,
        remote_id,
        case entity when 'buyOrders' then 'BO1' when 'buyOrderLines' then 'BO3' else 'RL4' end as rule_id,
        substr(blocked_by, length('waiting: ') + 1) as reason,
        'waiting' as severity
    from planned
    where starts_with(blocked_by, 'waiting: ')
)

select * from waiting
