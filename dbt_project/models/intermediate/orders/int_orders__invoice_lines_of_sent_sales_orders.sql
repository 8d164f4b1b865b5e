-- One row per invoice line that repeats the demand of a sales order that is sent itself (SO2): it is dropped.
-- The line names its sales order by id or, where Exact left that empty, by number.
with

invoice_lines as (
    select line_id, remote_id, linked_sales_order_id, linked_sales_order_number
    from {{ ref('int_orders__sell_lines') }}
    where document_type = 'sales_invoice'
),

sales_orders_sent as (
    select exact_sales_order_id, order_number
    from {{ ref('int_orders__sales_orders_sent') }}
),

linked as (
    select invoice_lines.line_id, invoice_lines.remote_id
    from invoice_lines
    semi join sales_orders_sent
        on invoice_lines.linked_sales_order_id = sales_orders_sent.exact_sales_order_id

    union all

    select invoice_lines.line_id, invoice_lines.remote_id
    from invoice_lines
    semi join sales_orders_sent on invoice_lines.linked_sales_order_number = sales_orders_sent.order_number
    where invoice_lines.linked_sales_order_id is null
)

select * from linked
