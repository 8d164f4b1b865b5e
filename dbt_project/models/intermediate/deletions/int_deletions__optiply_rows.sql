-- One row per buy order or line that somebody has deleted in Optiply: a read of all of them did not bring it,
-- and Optiply did not know its id (X1, X13).
with

gone as (
    select stream, row_key as optiply_id
    from {{ source('runs', 'rows_gone') }}
    where source = 'optiply' and stream in ('buy_orders', 'buy_order_lines')
)

select * from gone
