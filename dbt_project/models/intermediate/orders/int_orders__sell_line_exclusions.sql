-- One row per line of a wanted document that is no demand by itself (SO4, SO6, SO8, SO9): the first rule that
-- holds. The dedup of invoice lines (SO2) comes after these and has its own model.
with

lines as (
    select
        line_id, remote_id, document_type, exact_item_id, is_deleted, is_cancelled, demanded_qty,
        is_drop_shipment, cost_center_code
    from {{ ref('int_orders__sell_lines') }}
),

judged as (
    select
        line_id,
        remote_id,
        document_type,
        case
            when is_deleted then ['SO4', 'line deleted in Exact']
            when is_cancelled and demanded_qty = 0 then ['SO4', 'line cancelled in Exact before any delivery']
            when exact_item_id is null then ['SO6', 'line without item']
            when not {{ flag_sql('use_drop_shipments') }} and is_drop_shipment
                then ['SO8', 'flag use_drop_shipments']
            when list_contains(cast({{ flag_sql('filter_CostCenter_Codes') }} as varchar[]), cost_center_code)
                then ['SO9', 'flag filter_CostCenter_Codes']
        end as judgement
    from lines
),

exclusions as (
    select line_id, remote_id, document_type, judgement[1] as rule_id, judgement[2] as reason
    from judged
    where judgement is not null
)

select * from exclusions
