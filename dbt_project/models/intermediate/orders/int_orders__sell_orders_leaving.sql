-- One row per sell order that Optiply holds and must not hold any more, with the evidence for it (C8).
with

accepted as (
    select remote_id
    from {{ ref('int_orders__accepted_sell_orders') }}
),

verdicts as (
    select remote_id, document_type, verdict, reason
    from {{ ref('int_orders__sell_document_verdicts') }}
    where is_in_optiply
),

deleted as (
    select remote_id
    from {{ ref('int_orders__sell_documents_deleted') }}
),

lines as (
    select line_id, remote_id, document_type
    from {{ ref('int_orders__sell_lines') }}
),

exclusions as (
    select line_id, document_type, reason
    from {{ ref('int_orders__sell_line_exclusions') }}
),

duplicates as (
    select line_id
    from {{ ref('int_orders__invoice_lines_of_sent_sales_orders') }}
),

products as (
    select remote_id
    from {{ ref('int_orders__sell_order_products') }}
    where quantity > 0  -- also those that wait for their product (SO11)
),

-- deleted in Exact and never, or no longer, in raw
gone as (
    select accepted.remote_id, 'deleted in Exact' as reason
    from accepted
    semi join deleted on accepted.remote_id = deleted.remote_id
    anti join verdicts on accepted.remote_id = verdicts.remote_id
),

leaving_documents as (
    select remote_id, reason
    from verdicts
    where verdict = 'leaves'
),

line_reasons as (
    select
        lines.remote_id,
        lines.document_type,
        coalesce(
            exclusions.reason,
            if(duplicates.line_id is null, 'no quantity left', 'linked to a sales order that is sent')
        ) as reason
    from lines
    left join exclusions
        on lines.line_id = exclusions.line_id and lines.document_type = exclusions.document_type
    left join duplicates on lines.line_id = duplicates.line_id
),

-- a wanted document of which Exact's own lines leave nothing; one without lines in raw says nothing (C8)
emptied_documents as (
    select
        verdicts.remote_id,
        'no line left: '
        || string_agg(distinct line_reasons.reason, ', ' order by line_reasons.reason) as reason
    from verdicts
    inner join line_reasons
        on verdicts.remote_id = line_reasons.remote_id and verdicts.document_type = line_reasons.document_type
    anti join products on verdicts.remote_id = products.remote_id
    group by all
),

leaving as (
    select remote_id, reason from gone
    union all
    select remote_id, reason from leaving_documents
    union all
    select remote_id, reason from emptied_documents
)

select * from leaving
