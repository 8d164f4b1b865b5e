-- One row per line of an order that was made in Optiply and the line of Exact's order that it is (BO7): of
-- the same product and quantity first, then of the same product, in the order of the lines; one to one.
with

optiply_lines as (
    select
        optiply_buy_order_line_id,
        optiply_buy_order_id,
        buy_order_remote_id,
        product_remote_id,
        ordered_qty,
        try_cast(optiply_buy_order_line_id as bigint) as line_position
    from {{ ref('int_buy_orders__unlinked_lines') }}
),

line_verdicts as (
    select line_id, remote_id, line_number, exact_item_id, quantity
    from {{ ref('int_buy_orders__line_verdicts') }}
    where verdict = 'sent'
),

accepted as (
    select remote_id
    from {{ source('ledger', 'records') }}
    where entity = 'buyOrderLines'
),

exact_lines as (
    select line_verdicts.*
    from line_verdicts
    anti join accepted on line_verdicts.line_id = accepted.remote_id
),

optiply_counted as (
    select
        *,
        row_number() over (
            partition by buy_order_remote_id, product_remote_id, ordered_qty
            order by line_position, optiply_buy_order_line_id
        ) as nth
    from optiply_lines
),

exact_counted as (
    select
        *,
        row_number() over (
            partition by remote_id, exact_item_id, quantity order by line_number, line_id
        ) as nth
    from exact_lines
),

same_quantity as (
    select optiply_counted.optiply_buy_order_line_id, exact_counted.line_id
    from optiply_counted
    inner join exact_counted
        on
            optiply_counted.buy_order_remote_id = exact_counted.remote_id
            and optiply_counted.product_remote_id = exact_counted.exact_item_id
            and optiply_counted.ordered_qty = exact_counted.quantity
            and optiply_counted.nth = exact_counted.nth
),

optiply_rest as (
    select
        optiply_lines.*,
        row_number() over (
            partition by optiply_lines.buy_order_remote_id, optiply_lines.product_remote_id
            order by optiply_lines.line_position, optiply_lines.optiply_buy_order_line_id
        ) as nth
    from optiply_lines
    anti join same_quantity
        on optiply_lines.optiply_buy_order_line_id = same_quantity.optiply_buy_order_line_id
),

exact_rest as (
    select
        exact_lines.*,
        row_number() over (
            partition by exact_lines.remote_id, exact_lines.exact_item_id
            order by exact_lines.line_number, exact_lines.line_id
        ) as nth
    from exact_lines
    anti join same_quantity on exact_lines.line_id = same_quantity.line_id
),

pairs as (
    select optiply_buy_order_line_id, line_id from same_quantity
    union all
    select optiply_rest.optiply_buy_order_line_id, exact_rest.line_id
    from optiply_rest
    inner join exact_rest
        on
            optiply_rest.buy_order_remote_id = exact_rest.remote_id
            and optiply_rest.product_remote_id = exact_rest.exact_item_id
            and optiply_rest.nth = exact_rest.nth
),

line_matches as (
    select
        optiply_lines.optiply_buy_order_id,
        pairs.optiply_buy_order_line_id,
        pairs.line_id as exact_line_id
    from pairs
    inner join optiply_lines on pairs.optiply_buy_order_line_id = optiply_lines.optiply_buy_order_line_id
)

select * from line_matches
