-- One row per buy order that carries a remote id in Optiply and is not in the export ledger: adopted, never
-- sent (X1).
with

buy_orders_in_exact as (
    select optiply_buy_order_id, remote_id
    from {{ ref('int_export__buy_orders_in_exact') }}
),

exports as (
    select optiply_buy_order_id
    from {{ source('ledger', 'exports') }}
),

adopted as (
    select buy_orders_in_exact.optiply_buy_order_id, buy_orders_in_exact.remote_id
    from buy_orders_in_exact
    anti join exports on buy_orders_in_exact.optiply_buy_order_id = exports.optiply_buy_order_id
)

select * from adopted
