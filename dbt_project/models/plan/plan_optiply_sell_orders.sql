-- One row per sell order that Optiply must be told about: what, why, and what holds it back.
with

changes as (
    select * from {{ ref('int_plan__sell_order_changes') }}
),

plan_optiply_sell_orders as (
    {{ plan_rows('sellOrders', ref('int_plan__sell_order_brake')) | indent(4) }}
)

select * from plan_optiply_sell_orders
