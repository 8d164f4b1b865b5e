-- One row per line of a wanted sales order or sales invoice: its value without VAT in the division's currency
-- (SO7). Some administrations send line amounts with VAT: their sum is then the header's AmountFC, which
-- holds VAT.
with

documents as (
    select remote_id, document_type, amount_fc, amount_excl_vat_fc
    from {{ ref('int_orders__sell_documents') }}
),

lines as (
    select
        line_id, remote_id, document_type, is_deleted, is_cancelled, stated_qty, demanded_qty, amount_fc,
        amount_dc, vat_amount_fc
    from {{ ref('int_orders__sell_lines') }}
),

line_totals as (
    select remote_id, document_type, sum(amount_fc) as lines_amount_fc
    from lines
    where not is_deleted  -- the header's amounts no longer hold them
    group by all
),

-- compared in whole cents: Exact's amounts are doubles
documents_with_vat_in_lines as (
    select documents.remote_id, documents.document_type
    from documents
    inner join line_totals
        on documents.remote_id = line_totals.remote_id and documents.document_type = line_totals.document_type
    where
        round(line_totals.lines_amount_fc, 2) = round(documents.amount_fc, 2)
        and round(line_totals.lines_amount_fc, 2) is distinct from round(documents.amount_excl_vat_fc, 2)
),

line_values as (
    select
        lines.line_id,
        lines.document_type,
        lines.amount_dc is null as is_amount_missing,
        documents_with_vat_in_lines.remote_id is not null as is_vat_removed,
        coalesce(lines.amount_dc, 0)
        * if(
            documents_with_vat_in_lines.remote_id is null,
            1,
            coalesce(1 - lines.vat_amount_fc / nullif(lines.amount_fc, 0), 1)
        )
        -- SO4: the amount is that of the whole line, also when only a part of it was delivered before it was
        -- cancelled
        * if(lines.is_cancelled, coalesce(lines.demanded_qty / nullif(lines.stated_qty, 0), 0), 1)
            as value_excl_vat
    from lines
    left join documents_with_vat_in_lines
        on
            lines.remote_id = documents_with_vat_in_lines.remote_id
            and lines.document_type = documents_with_vat_in_lines.document_type
)

select
    line_id,
    document_type,
    is_amount_missing,
    is_vat_removed,
    cast(value_excl_vat as decimal(28, 8)) as value_excl_vat
from line_values
