-- One row per sales document, or line of one, that is left out or changed, and why (C9). Documents of a
-- source that is switched off (SO1) are not listed; cancelled and deleted documents and lines (SO4) are no
-- loss.
with

verdicts as (
    select remote_id, document_type, document_number, verdict, rule_id, reason
    from {{ ref('int_orders__sell_document_verdicts') }}
),

lines as (
    select line_id, remote_id, document_type, line_number, exact_item_id
    from {{ ref('int_orders__sell_lines') }}
),

exclusions as (
    select line_id, document_type, rule_id, reason
    from {{ ref('int_orders__sell_line_exclusions') }}
),

duplicates as (
    select line_id
    from {{ ref('int_orders__invoice_lines_of_sent_sales_orders') }}
),

line_values as (
    select line_id, document_type, is_amount_missing
    from {{ ref('int_orders__sell_line_values') }}
),

documents_left_out as (
    select remote_id, rule_id, reason, 'left_out' as severity
    from verdicts
    where verdict <> 'wanted' and rule_id not in ('SO1', 'SO4')
),

documents_without_lines as (
    select verdicts.remote_id, 'SO6' as rule_id, 'no lines in Exact' as reason, 'left_out' as severity
    from verdicts
    anti join lines
        on verdicts.remote_id = lines.remote_id and verdicts.document_type = lines.document_type
    where verdicts.verdict = 'wanted'
),

documents_without_standing_lines as (
    select
        lines.remote_id,
        'SO4' as rule_id,
        'every line is cancelled or deleted in Exact' as reason,
        'left_out' as severity
    from lines
    left join exclusions
        on lines.line_id = exclusions.line_id and lines.document_type = exclusions.document_type
    group by lines.remote_id
    having bool_and(exclusions.rule_id is not distinct from 'SO4')
),

lines_left_out as (
    select
        lines.remote_id,
        coalesce(exclusions.rule_id, 'SO2') as rule_id,
        'line ' || coalesce(cast(lines.line_number as varchar), lines.line_id) || ': '
        || coalesce(exclusions.reason, 'linked to a sales order that is sent') as reason,
        'left_out' as severity
    from lines
    left join exclusions
        on lines.line_id = exclusions.line_id and lines.document_type = exclusions.document_type
    left join duplicates on lines.line_id = duplicates.line_id
    where
        (exclusions.line_id is not null or duplicates.line_id is not null)
        and exclusions.rule_id is distinct from 'SO4'
),

lines_changed as (
    select
        lines.remote_id,
        'SO7' as rule_id,
        'line ' || coalesce(cast(lines.line_number as varchar), lines.line_id)
        || ': no amount in Exact, sent with value 0' as reason,
        'changed' as severity
    from lines
    inner join line_values
        on lines.line_id = line_values.line_id and lines.document_type = line_values.document_type
    anti join exclusions
        on lines.line_id = exclusions.line_id and lines.document_type = exclusions.document_type
    where line_values.is_amount_missing
),

listed as (
    select * from documents_left_out
    union all
    select * from documents_without_lines
    union all
    select * from documents_without_standing_lines
    union all
    select * from lines_left_out
    union all
    select * from lines_changed
)

select 'sellOrders' as entity, remote_id, rule_id, reason, severity
from listed
