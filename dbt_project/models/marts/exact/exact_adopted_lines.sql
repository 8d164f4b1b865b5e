-- One row per line of an adopted order that stands in Optiply and in Exact and is not linked yet (X1, BO7).
with

line_matches as (
    select optiply_buy_order_id, optiply_buy_order_line_id, exact_line_id
    from {{ ref('int_buy_orders__line_matches') }}
)

select * from line_matches
