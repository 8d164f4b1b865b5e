-- One row per buy order that carries a remote id in Optiply and is not in the export ledger (X1).
with

adopted as (
    select optiply_buy_order_id, remote_id
    from {{ ref('int_export__adopted_orders') }}
)

select * from adopted
