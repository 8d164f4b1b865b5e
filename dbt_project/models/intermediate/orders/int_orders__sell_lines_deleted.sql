-- One row per sales order line or sales invoice line that was deleted in Exact while its document stayed
-- (SO4).
with

deleted as (
    select deleted_key, document_type, deleted_at, row_version
    from {{ ref('int_orders__deleted_keys') }}
    where may_be_line
),

lines as (
    select
        exact_sales_order_line_id as line_id,
        'sales_order' as document_type,
        modified_at,
        row_version
    from {{ ref('stg_exact__sales_order_lines') }}

    union all

    select
        exact_sales_invoice_line_id as line_id,
        'sales_invoice' as document_type,
        cast(null as timestamp) as modified_at,
        row_version
    from {{ ref('stg_exact__sales_invoice_lines') }}
),

deleted_lines as (
    select lines.line_id, lines.document_type
    from lines
    inner join deleted
        on lines.document_type = deleted.document_type and lines.line_id = deleted.deleted_key
    where not {{ is_older_delete('deleted', 'lines') }}
    group by all  -- 12 and 33 may both name it
)

select * from deleted_lines
