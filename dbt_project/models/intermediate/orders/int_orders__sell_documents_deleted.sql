-- One row per sales order or sales invoice that was deleted in Exact, also when raw never held it.
-- SO4: the key in the delete log is the document's id or that of its header row.
with

deleted as (
    select deleted_key, document_type, deleted_at, row_version
    from {{ ref('int_orders__deleted_keys') }}
    where may_be_document
),

documents as (
    select
        exact_sales_order_id as document_id,
        exact_sales_order_row_id as header_row_id,
        'sales_order' as document_type,
        modified_at,
        row_version
    from {{ ref('stg_exact__sales_orders') }}

    union all

    select
        exact_sales_invoice_id as document_id,
        exact_sales_invoice_row_id as header_row_id,
        'sales_invoice' as document_type,
        modified_at,
        row_version
    from {{ ref('stg_exact__sales_invoices') }}
),

-- two equality joins: one with `or` would compare every row with every row
matched as (
    select
        deleted.deleted_key, documents.document_id, documents.document_type,
        {{ is_older_delete('deleted', 'documents') }} as is_older
    from deleted
    inner join documents
        on deleted.document_type = documents.document_type and deleted.deleted_key = documents.document_id

    union all

    select
        deleted.deleted_key, documents.document_id, documents.document_type,
        {{ is_older_delete('deleted', 'documents') }} as is_older
    from deleted
    inner join documents
        on deleted.document_type = documents.document_type and deleted.deleted_key = documents.header_row_id
),

deleted_documents as (
    select document_id as remote_id, document_type
    from matched
    where not is_older

    union  -- a key can be both, and the same document can be named by both of its keys

    select deleted.deleted_key as remote_id, deleted.document_type
    from deleted
    left join matched on deleted.deleted_key = matched.deleted_key
    where matched.deleted_key is null
)

select * from deleted_documents
