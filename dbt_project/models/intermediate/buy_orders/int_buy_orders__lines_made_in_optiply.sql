-- One row per buy order that the ledger knows and product of which Optiply holds a line nobody has linked
-- (BO7). A line of that product must not be created beside it.
with

unlinked as (
    select buy_order_remote_id, product_remote_id
    from {{ ref('int_buy_orders__unlinked_lines') }}
    group by all
)

select * from unlinked
