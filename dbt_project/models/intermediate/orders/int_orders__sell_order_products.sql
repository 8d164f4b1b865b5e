-- One row per product of a sell order: quantities and values of all its lines that count (SO6).
with

lines as (
    select line_id, remote_id, document_type, exact_item_id, demanded_stock_qty
    from {{ ref('int_orders__sell_lines') }}
),

line_values as (
    select line_id, document_type, value_excl_vat
    from {{ ref('int_orders__sell_line_values') }}
),

exclusions as (
    select line_id, document_type
    from {{ ref('int_orders__sell_line_exclusions') }}
),

duplicates as (
    select line_id
    from {{ ref('int_orders__invoice_lines_of_sent_sales_orders') }}
),

known_products as (
    select remote_id
    from {{ ref('int_orders__known_products') }}
),

counted_lines as (
    select
        lines.remote_id,
        lines.document_type,
        lines.exact_item_id,
        lines.demanded_stock_qty,
        line_values.value_excl_vat
    from lines
    inner join line_values
        on lines.line_id = line_values.line_id and lines.document_type = line_values.document_type
    anti join exclusions
        on lines.line_id = exclusions.line_id and lines.document_type = exclusions.document_type
    anti join duplicates on lines.line_id = duplicates.line_id
),

summed as (
    select
        remote_id,
        document_type,
        exact_item_id,
        coalesce(sum(demanded_stock_qty), 0) as demanded_stock_qty,
        sum(value_excl_vat) as value_excl_vat
    from counted_lines
    group by all
),

products as (
    select
        summed.remote_id,
        summed.document_type,
        summed.exact_item_id,
        summed.demanded_stock_qty,
        {{ whole_units('summed.demanded_stock_qty') }} as quantity,
        {{ money('summed.value_excl_vat') }} as subtotal_value,
        known_products.remote_id is not null as is_known_in_optiply
    from summed
    left join known_products on summed.exact_item_id = known_products.remote_id
)

select * from products
