-- One row per shop order or warehouse transfer in Exact that we made from an Optiply order (BO7), with that
-- order. Of an order that became several shop orders (X10) Optiply carries the id of the first.
with

exports as (
    select optiply_buy_order_id, sink, marker, exact_id
    from {{ source('ledger', 'exports') }}
    -- gone: deleted in Optiply since, it comes back as what it is in Exact (X13)
    where sink in ('shop_orders', 'warehouse_transfers') and state in ('sent', 'linked')
),

optiply_orders as (
    select optiply_buy_order_id, optiply_supplier_id, placed_at
    from {{ ref('stg_optiply__buy_orders') }}
),

buy_orders_in_exact as (
    select optiply_buy_order_id
    from {{ ref('int_export__buy_orders_in_exact') }}
),

-- X13: it comes back as what it was, with the supplier and the day that raw has kept
deleted_in_optiply as (
    select optiply_id
    from {{ ref('int_deletions__optiply_rows') }}
    where stream = 'buy_orders'
),

accepted as (
    select remote_id
    from {{ ref('int_buy_orders__accepted') }}
),

suppliers as (
    select optiply_id, remote_id
    from {{ ref('int_export__exact_ids') }}
    where entity = 'suppliers'
),

headed as (
    select
        exact_id,
        sink,
        optiply_buy_order_id,
        first_value(exact_id) over (partition by optiply_buy_order_id order by marker) as order_remote_id
    from exports
),

internal_exports as (
    select
        headed.exact_id,
        headed.sink,
        headed.order_remote_id,
        -- Exact does not say where moved or made goods come from, nor when the order was placed
        suppliers.remote_id as supplier_remote_id,
        cast(
            (optiply_orders.placed_at at time zone 'UTC') at time zone {{ flag_sql('exact_timezone') }}
            as date
        ) as placed_date,
        accepted.remote_id is not null
        or buy_orders_in_exact.optiply_buy_order_id is not null
        or deleted_in_optiply.optiply_id is not null as is_linked
    from headed
    left join optiply_orders on headed.optiply_buy_order_id = optiply_orders.optiply_buy_order_id
    left join suppliers on optiply_orders.optiply_supplier_id = suppliers.optiply_id
    left join accepted on headed.order_remote_id = accepted.remote_id
    left join buy_orders_in_exact on headed.optiply_buy_order_id = buy_orders_in_exact.optiply_buy_order_id
    left join deleted_in_optiply on headed.optiply_buy_order_id = deleted_in_optiply.optiply_id
)

select * from internal_exports
