-- One row per line of a wanted sales order or sales invoice, in one form for both.
-- SO4: of a cancelled sales order line only what was delivered counts, in quantity and in value.
with

wanted as (
    select remote_id, document_type
    from {{ ref('int_orders__sell_document_verdicts') }}
    where verdict = 'wanted'
),

sales_order_lines as (
    select
        exact_sales_order_line_id, exact_sales_order_id, line_number, exact_item_id, status_code, ordered_qty,
        delivered_qty, amount_fc, amount_dc, vat_amount_fc, cost_center_code, is_drop_shipment
    from {{ ref('stg_exact__sales_order_lines') }}
),

sales_invoice_lines as (
    select
        exact_sales_invoice_line_id, exact_sales_invoice_id, line_number, exact_item_id, invoiced_qty,
        amount_fc, amount_dc, vat_amount_fc, cost_center_code, exact_sales_order_id,
        exact_sales_order_line_id, sales_order_number
    from {{ ref('stg_exact__sales_invoice_lines') }}
),

drop_shipment_lines as (
    select exact_sales_order_line_id
    from {{ ref('stg_exact__sales_order_lines') }}
    where is_drop_shipment
),

deleted as (
    select line_id, document_type
    from {{ ref('int_orders__sell_lines_deleted') }}
),

unit_factors as (
    select exact_item_id, unit_factor
    from {{ ref('int_units__item_factors') }}
),

lines as (
    select
        exact_sales_order_line_id as line_id,
        exact_sales_order_id as remote_id,
        'sales_order' as document_type,
        line_number,
        exact_item_id,
        coalesce(status_code = 45, false) as is_cancelled,
        ordered_qty as stated_qty,
        if(status_code = 45, coalesce(delivered_qty, 0), ordered_qty) as demanded_qty,
        amount_fc,
        amount_dc,
        vat_amount_fc,
        cost_center_code,
        is_drop_shipment,
        cast(null as varchar) as linked_sales_order_id,
        cast(null as integer) as linked_sales_order_number
    from sales_order_lines

    union all

    select
        sales_invoice_lines.exact_sales_invoice_line_id as line_id,
        sales_invoice_lines.exact_sales_invoice_id as remote_id,
        'sales_invoice' as document_type,
        sales_invoice_lines.line_number,
        sales_invoice_lines.exact_item_id,
        false as is_cancelled,
        sales_invoice_lines.invoiced_qty as stated_qty,
        sales_invoice_lines.invoiced_qty as demanded_qty,
        sales_invoice_lines.amount_fc,
        sales_invoice_lines.amount_dc,
        sales_invoice_lines.vat_amount_fc,
        sales_invoice_lines.cost_center_code,
        -- SO8: an invoice line does not say so itself
        drop_shipment_lines.exact_sales_order_line_id is not null as is_drop_shipment,
        sales_invoice_lines.exact_sales_order_id as linked_sales_order_id,
        sales_invoice_lines.sales_order_number as linked_sales_order_number
    from sales_invoice_lines
    left join drop_shipment_lines
        on sales_invoice_lines.exact_sales_order_line_id = drop_shipment_lines.exact_sales_order_line_id
),

wanted_lines as (
    select
        lines.line_id,
        lines.remote_id,
        lines.document_type,
        lines.line_number,
        lines.exact_item_id,
        deleted.line_id is not null as is_deleted,
        lines.is_cancelled,
        lines.stated_qty,
        lines.demanded_qty,
        -- U5, the only place that converts sell order quantities
        lines.demanded_qty
        * if(
            {{ flag_sql('unit_convert_sell_orders') }},
            cast(coalesce(unit_factors.unit_factor, 1) as decimal(18, 6)),
            1
        ) as demanded_stock_qty,
        lines.amount_fc,
        lines.amount_dc,
        lines.vat_amount_fc,
        lines.cost_center_code,
        lines.is_drop_shipment,
        lines.linked_sales_order_id,
        lines.linked_sales_order_number
    from lines
    inner join wanted
        on lines.remote_id = wanted.remote_id and lines.document_type = wanted.document_type
    left join deleted
        on lines.line_id = deleted.line_id and lines.document_type = deleted.document_type
    left join unit_factors on lines.exact_item_id = unit_factors.exact_item_id
)

select * from wanted_lines
