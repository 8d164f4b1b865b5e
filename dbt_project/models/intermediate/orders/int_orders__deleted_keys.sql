-- One row per key that Exact's delete log holds for sales orders, sales invoices and their lines.
with

deleted as (
    select entity_type_code, exact_record_id, deleted_at, row_version
    from {{ ref('stg_exact__deleted') }}
    -- 12: sales orders with their lines (old), 13: sales invoices with their lines, 32 and 33: sales order
    -- headers, lines
    where entity_type_code in (12, 13, 32, 33)
),

latest as (
    select
        exact_record_id as deleted_key,
        case when entity_type_code = 13 then 'sales_invoice' else 'sales_order' end as document_type,
        entity_type_code <> 33 as may_be_document,
        entity_type_code <> 32 as may_be_line,
        max(deleted_at) as deleted_at,
        max(row_version) as row_version
    from deleted
    group by all
)

select * from latest
