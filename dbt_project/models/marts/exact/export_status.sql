-- One row per document that a buy order of Optiply became in Exact, or is to become: how it stands. A view,
-- so that it is right after an export too.
{{ config(materialized='view') }}
with

planned as (
    select optiply_buy_order_id, sink, marker, payload_hash, blocked_by
    from {{ ref('plan_exact') }}
),

exports as (
    select optiply_buy_order_id, sink, marker, exact_id, exact_number, state, sent_at
    from {{ source('ledger', 'exports') }}
),

refusals as (
    select remote_id as marker, payload_hash, any_value(message) as message
    from {{ source('ledger', 'refusals') }}
    where target = 'exact'
    group by all
),

-- as the ledger stands now: the plan's word is as old as the plan
last_requests as (
    select
        remote_id as marker, bool_or(coalesce(outcome, 'unknown') = 'unknown') as is_unanswered,
        if(max_by(outcome, intended_at) = 'waiting', max_by(message, intended_at), null) as waiting_for
    from {{ source('ledger', 'intents') }}
    where target = 'exact' and operation = 'create'
    group by all
),

received as (
    select exact_id, ended_as, ordered_qty_purchase_unit, received_qty_purchase_unit
    from {{ ref('int_export__received') }}
),

-- X13: an order deleted in Optiply comes back from Exact under another id
come_back as (
    select records.remote_id as exact_id, records.optiply_id
    from {{ source('ledger', 'records') }} as records
    anti join exports
        on records.remote_id = exports.exact_id and records.optiply_id = exports.optiply_buy_order_id
    where records.entity = 'buyOrders' and records.optiply_id is not null
),

changes as (
    select
        optiply_buy_order_id,
        'changed in Optiply, change it in Exact: ' || string_agg(
            'line ' || optiply_buy_order_line_id
            || coalesce(
                ' ' || {{ plain_number('old_qty') }} || ' → ' || {{ plain_number('new_qty') }}, ' is new'
            ),
            ', ' order by optiply_buy_order_line_id
        ) as change
    from {{ ref('int_export__changes_after_export') }}
    group by all
),

unsent as (
    select
        planned.optiply_buy_order_id, planned.sink, planned.marker,
        case
            when planned.blocked_by like 'refused%' or refusals.marker is not null then 'refused'
            else 'waiting'
        end as state,
        coalesce(
            nullif(planned.blocked_by, 'open intent'), 'refused: Exact said: ' || refusals.message,
            case
                when last_requests.is_unanswered
                    then 'sent, but the answer was lost: Exact is asked for it before it is sent again'
                else last_requests.waiting_for
            end,
            'goes with the next export'
        ) as reason
    from planned
    anti join exports on planned.marker = exports.marker
    left join refusals
        on planned.marker = refusals.marker and planned.payload_hash = refusals.payload_hash
    left join last_requests on planned.marker = last_requests.marker
),

sent as (
    select
        exports.optiply_buy_order_id, exports.sink, exports.marker,
        case
            when exports.state = 'gone' or come_back.exact_id is not null then 'deleted in Optiply'
            when received.ended_as is not null then received.ended_as
            when received.received_qty_purchase_unit <= 0 then 'sent'
            when received.received_qty_purchase_unit < received.ordered_qty_purchase_unit
                then 'received in part'
            when received.received_qty_purchase_unit > 0 then 'received'
            when exports.state = 'adopted' then 'adopted'
            else 'sent'
        end as state,
        case
            when come_back.exact_id is not null
                then 'it came back from Exact as order ' || come_back.optiply_id
            when exports.state = 'gone' then 'it comes back from Exact'
            else changes.change
        end as reason,
        exports.exact_id, exports.exact_number, exports.sent_at,
        received.ordered_qty_purchase_unit, received.received_qty_purchase_unit
    from exports
    left join received on exports.exact_id = received.exact_id
    left join come_back on exports.exact_id = come_back.exact_id
    left join changes on exports.optiply_buy_order_id = changes.optiply_buy_order_id
),

export_status as (
    select * from sent
    union all by name
    select * from unsent
)

select
    optiply_buy_order_id, sink, marker, state, reason, exact_id, exact_number, sent_at,
    ordered_qty_purchase_unit, received_qty_purchase_unit
from export_status
