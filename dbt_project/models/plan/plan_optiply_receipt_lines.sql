-- One row per receipt line that Optiply must be told about: what, why, and what holds it back.
with

changes as (
    select * from {{ ref('int_plan__receipt_line_changes') }}
),

-- what Optiply holds, or will hold before receipt lines are sent
parents_there as (
    {{ plan_there('buyOrderLines', ref('plan_optiply_buy_order_lines')) | indent(4) }}
),

waiting as (
    select
        changes.remote_id,
        'buy order line ' || changes.buy_order_line_remote_id || ' is not in Optiply' as waiting_for,
    from changes
    anti join parents_there on changes.buy_order_line_remote_id = parents_there.remote_id
    where changes.operation in ('create', 'replace')
),

plan_optiply_receipt_lines as (
    {{ plan_rows('receiptLines', ref('int_plan__receipt_line_brake'), waits=true) | indent(4) }}
)

select * from plan_optiply_receipt_lines
