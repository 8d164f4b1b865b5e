-- One row per buy order that stands in Optiply: raw keeps those that people have deleted there (X1, X13).
with

buy_orders as (
    select
        optiply_buy_order_id, optiply_supplier_id, placed_at, completed_at, is_assembly,
        is_created_from_public_api, remote_id, remote_id_map
    from {{ ref('stg_optiply__buy_orders') }}
),

gone as (
    select optiply_id
    from {{ ref('int_deletions__optiply_rows') }}
    where stream = 'buy_orders'
),

orders_in_optiply as (
    select buy_orders.*
    from buy_orders
    anti join gone on buy_orders.optiply_buy_order_id = gone.optiply_id
)

select * from orders_in_optiply
