-- One row per line of an exported order that somebody has changed or added in Optiply since (X13): it is not
-- sent to Exact.
{{ config(materialized='view') }}
with

buy_order_lines as (
    select optiply_buy_order_line_id, optiply_buy_order_id, ordered_qty, updated_at
    from {{ ref('int_export__lines_in_optiply') }}
),

exports as (
    select optiply_buy_order_id, min(sent_at) as sent_at
    from {{ source('ledger', 'exports') }}
    where state in ('sent', 'linked')
    group by all
),

export_lines as (
    select optiply_buy_order_line_id, cast(optiply_quantity as decimal(18, 4)) as exported_qty
    from {{ source('ledger', 'export_lines') }}
),

-- what Optiply accepted from us later on, because it had changed in Exact
records as (
    select
        optiply_id,
        try_cast(json_extract_string(payload, '$.quantity') as decimal(18, 4)) as accepted_qty,
        accepted_at
    from {{ source('ledger', 'records') }}
    where entity = 'buyOrderLines'
),

compared as (
    select
        buy_order_lines.optiply_buy_order_id,
        buy_order_lines.optiply_buy_order_line_id,
        coalesce(records.accepted_qty, export_lines.exported_qty) as old_qty,
        buy_order_lines.ordered_qty as new_qty,
        -- raw is older than what this run sent: it tells nothing about a later change
        coalesce(buy_order_lines.updated_at > coalesce(records.accepted_at, exports.sent_at), true)
            as is_read_since,
        export_lines.optiply_buy_order_line_id is not null or records.optiply_id is not null as is_known
    from buy_order_lines
    inner join exports on buy_order_lines.optiply_buy_order_id = exports.optiply_buy_order_id
    left join export_lines
        on buy_order_lines.optiply_buy_order_line_id = export_lines.optiply_buy_order_line_id
    left join records on buy_order_lines.optiply_buy_order_line_id = records.optiply_id
),

changes as (
    select optiply_buy_order_id, optiply_buy_order_line_id, old_qty, new_qty
    from compared
    where
        is_read_since
        and (not is_known or (old_qty is not null and old_qty is distinct from new_qty))
)

select * from changes
