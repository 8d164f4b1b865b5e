-- One row per sales order that is among this run's sell orders: at least one product is left of its lines.
-- SO2 needs it before the invoices are decided, so it repeats the last steps of
-- int_orders__sell_order_products for sales orders; a test holds both equal.
with

lines as (
    select line_id, remote_id, exact_item_id, demanded_stock_qty
    from {{ ref('int_orders__sell_lines') }}
    where document_type = 'sales_order'
),

exclusions as (
    select line_id
    from {{ ref('int_orders__sell_line_exclusions') }}
    where document_type = 'sales_order'
),

documents as (
    select remote_id, document_number
    from {{ ref('int_orders__sell_documents') }}
    where document_type = 'sales_order'
),

known_products as (
    select remote_id
    from {{ ref('int_orders__known_products') }}
),

products as (
    select lines.remote_id, lines.exact_item_id
    from lines
    inner join known_products on lines.exact_item_id = known_products.remote_id
    anti join exclusions on lines.line_id = exclusions.line_id
    group by all
    having {{ whole_units('sum(lines.demanded_stock_qty)') }} > 0
),

sent as (
    select documents.remote_id as exact_sales_order_id, documents.document_number as order_number
    from documents
    semi join products on documents.remote_id = products.remote_id
)

select * from sent
