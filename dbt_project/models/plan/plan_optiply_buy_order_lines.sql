-- One row per buy order line that Optiply must be told about: what, why, and what holds it back.
with

changes as (
    select * from {{ ref('int_plan__buy_order_line_changes') }}
),

-- what Optiply holds, or will hold before buy order lines are sent
parents_there as (
    {{ plan_there('buyOrders', ref('plan_optiply_buy_orders')) | indent(4) }}
),

-- BO7
made_in_optiply as (
    select buy_order_remote_id, product_remote_id
    from {{ ref('int_buy_orders__lines_made_in_optiply') }}
),

waiting as (
    select
        changes.remote_id,
        if(
            parents_there.remote_id is null,
            'buy order ' || changes.buy_order_remote_id || ' is not in Optiply',
            'the order has a line of this product in Optiply that nobody has linked'
        ) as waiting_for,
    from changes
    left join parents_there on changes.buy_order_remote_id = parents_there.remote_id
    left join made_in_optiply
        on
            changes.buy_order_remote_id = made_in_optiply.buy_order_remote_id
            and changes.product_remote_id = made_in_optiply.product_remote_id
    where
        (changes.operation in ('create', 'replace') and parents_there.remote_id is null)
        or (changes.operation = 'create' and made_in_optiply.product_remote_id is not null)
),

plan_optiply_buy_order_lines as (
    {{ plan_rows('buyOrderLines', ref('int_plan__buy_order_line_brake'), waits=true) | indent(4) }}
)

select * from plan_optiply_buy_order_lines
