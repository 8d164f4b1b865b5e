-- One row per Optiply buy order that a person made and that is not in Exact yet (X1), with how it is to go
-- there. route: purchase_order; stock_transfer (X9) and shop_order (X10) are other documents of Exact.
with

buy_orders as (
    select optiply_buy_order_id, optiply_supplier_id, placed_at, is_assembly
    from {{ ref('int_export__orders_in_optiply') }}
    where is_created_from_public_api = false and placed_at is not null and completed_at is null
),

buy_orders_in_exact as (
    select optiply_buy_order_id
    from {{ ref('int_export__buy_orders_in_exact') }}
),

exports as (
    select optiply_buy_order_id
    from {{ source('ledger', 'exports') }}
    -- a shop order stands for one line; the lines that are still to go are those of exact_shop_orders
    where sink is distinct from 'shop_orders'
),

unsent as (
    select
        buy_orders.optiply_buy_order_id,
        buy_orders.optiply_supplier_id,
        -- X2: Optiply's instant as a calendar day where Exact is
        cast(
            (buy_orders.placed_at at time zone 'UTC') at time zone {{ flag_sql('exact_timezone') }} as date
        ) as placed_date,
        case
            when buy_orders.is_assembly then 'shop_order'
            when {{ flag_sql('export_stock_transfers') }} then 'stock_transfer'
            else 'purchase_order'
        end as route
    from buy_orders
    anti join buy_orders_in_exact
        on buy_orders.optiply_buy_order_id = buy_orders_in_exact.optiply_buy_order_id
    anti join exports on buy_orders.optiply_buy_order_id = exports.optiply_buy_order_id
)

select * from unsent
