-- One row per warehouse transfer that we made, and per line of one, that was deleted in Exact before it
-- was ever read: a complete read that began after the export did not bring it (C8, X9). No log names them.
with

exports as (
    select exact_id, optiply_buy_order_id, sent_at
    from {{ source('ledger', 'exports') }}
    where sink = 'warehouse_transfers'
),

export_lines as (
    select optiply_buy_order_id, exact_line_id
    from {{ source('ledger', 'export_lines') }}
),

complete_reads as (
    select stream, max(asked_at) as began_at
    from {{ source('runs', 'rereads') }}
    where
        source = 'exact' and done_at is not null
        and stream in ('warehouse_transfers', 'warehouse_transfer_lines')
    group by all
),

transfers as (
    select exact_warehouse_transfer_id
    from {{ ref('stg_exact__warehouse_transfers') }}
),

transfer_lines as (
    select exact_warehouse_transfer_line_id
    from {{ ref('stg_exact__warehouse_transfer_lines') }}
),

sent as (
    select 'warehouse_transfers' as stream, exact_id, sent_at
    from exports

    union all

    select 'warehouse_transfer_lines' as stream, export_lines.exact_line_id as exact_id, exports.sent_at
    from exports
    inner join export_lines on exports.optiply_buy_order_id = export_lines.optiply_buy_order_id
),

never_read as (
    select sent.stream, sent.exact_id
    from sent
    inner join complete_reads
        on sent.stream = complete_reads.stream and sent.sent_at < complete_reads.began_at
    anti join transfers on sent.exact_id = transfers.exact_warehouse_transfer_id
    anti join transfer_lines on sent.exact_id = transfer_lines.exact_warehouse_transfer_line_id
)

select * from never_read
