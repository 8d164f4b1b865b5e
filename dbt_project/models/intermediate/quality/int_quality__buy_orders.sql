-- One row per buy order or buy order line that is left out, changed or waiting, and why (C9). Deleted orders
-- and lines are no loss, and orders of a source that is switched off are not listed.
with

verdicts as (
    select remote_id, verdict, rule_id, reason
    from {{ ref('int_buy_orders__verdicts') }}
),

line_verdicts as (
    select
        line_id, remote_id, line_number, item_name, ordered_stock_qty, quantity, is_amount_missing, verdict,
        rule_id, reason
    from {{ ref('int_buy_orders__line_verdicts') }}
),

buy_orders as (
    select remote_id
    from {{ ref('optiply_buy_orders') }}
),

orders_left_out as (
    select 'buyOrders' as entity, remote_id, rule_id, reason, 'left_out' as severity
    from verdicts
    where
        verdict <> 'wanted'
        and rule_id <> 'BO5'
        and reason not in ('flag use_assembly_orders', 'flag use_production_orders')
),

orders_waiting as (
    select
        'buyOrders' as entity,
        verdicts.remote_id,
        'BO3' as rule_id,
        coalesce(
            'no line to send: '
            || string_agg(distinct line_verdicts.reason, ', ' order by line_verdicts.reason),
            'no lines in Exact'
        ) as reason,
        'waiting' as severity
    from verdicts
    left join line_verdicts on verdicts.remote_id = line_verdicts.remote_id
    anti join buy_orders on verdicts.remote_id = buy_orders.remote_id
    where verdicts.verdict = 'wanted'
    group by verdicts.remote_id
),

lines_not_sent as (
    select
        'buyOrderLines' as entity,
        line_id as remote_id,
        rule_id,
        reason,
        if(verdict = 'waits', 'waiting', 'left_out') as severity
    from line_verdicts
    where verdict <> 'sent' and rule_id <> 'BO4'
),

lines_without_amount as (
    select
        'buyOrderLines' as entity, line_id as remote_id, 'BO1' as rule_id,
        'no amount in Exact, sent with value 0' as reason, 'changed' as severity
    from line_verdicts
    where verdict = 'sent' and is_amount_missing
),

lines_rounded as (
    select
        'buyOrderLines' as entity,
        line_id as remote_id,
        'C5' as rule_id,
        'quantity of ' || item_name || ' rounded from ' || {{ plain_number('ordered_stock_qty') }}
        || ' to ' || cast(quantity as varchar) as reason,
        'changed' as severity
    from line_verdicts
    where verdict = 'sent' and quantity <> ordered_stock_qty
),

listed as (
    select entity, remote_id, rule_id, reason, severity from orders_left_out
    union all
    select entity, remote_id, rule_id, reason, severity from orders_waiting
    union all
    select entity, remote_id, rule_id, reason, severity from lines_not_sent
    union all
    select entity, remote_id, rule_id, reason, severity from lines_without_amount
    union all
    select entity, remote_id, rule_id, reason, severity from lines_rounded
)

select * from listed
