-- One row per purchase, assembly or shop order in Exact: whether it is a buy order, and if not, why.
-- verdict: wanted; leaves (Optiply must not hold it); outside (not sent, but one that Optiply holds stays).
with

documents as (
    select
        remote_id, document_type, document_number, type_code, supplier_remote_id, exact_warehouse_id,
        placed_date, is_complete, is_drop_shipment, is_in_optiply, is_exported, is_unlinked_export
    from {{ ref('int_buy_orders__documents') }}
),

deleted as (
    select remote_id
    from {{ ref('int_buy_orders__documents_deleted') }}
),

-- of an order that became several shop orders: not all of them are deleted
standing as (
    select remote_id
    from {{ ref('int_buy_orders__internal_documents') }}
    where not is_deleted
),

default_warehouse as (
    select exact_warehouse_id
    from {{ ref('int_export__warehouse') }}
),

facts as (
    select
        documents.*,
        deleted.remote_id is not null and standing.remote_id is null as is_deleted,
        not {{ flag_sql('use_buy_orders_multiple_warehouses') }}
        -- X9: it goes where stock_transfer_to says
        and documents.document_type <> 'warehouse_transfer' as is_one_warehouse_only,
        default_warehouse.exact_warehouse_id as default_warehouse_id
    from documents
    left join deleted on documents.remote_id = deleted.remote_id
    left join standing on documents.remote_id = standing.remote_id
    left join default_warehouse on true
),

-- the first rule that holds: what Exact says before what the tenant's flags say
judged as (
    select
        remote_id,
        document_type,
        document_number,
        is_in_optiply,
        case
            when is_deleted then ['leaves', 'BO5', 'deleted in Exact']
            when document_type = 'assembly_order' and (type_code = 8060) is not true
                then ['leaves', 'BO9', 'no assembly: type ' || coalesce(type_code::varchar, 'unknown')]
            when document_type = 'assembly_order' and not {{ flag_sql('use_assembly_orders') }}
                then ['leaves', 'BO9', 'flag use_assembly_orders']
            when document_type = 'shop_order' and not {{ flag_sql('use_production_orders') }}
                then ['leaves', 'BO10', 'flag use_production_orders']
            when is_drop_shipment and not {{ flag_sql('use_drop_shipments') }}
                then ['leaves', 'BO8', 'flag use_drop_shipments']
            when is_one_warehouse_only and default_warehouse_id is null
                then ['outside', 'F', 'the default warehouse is not in Exact']
            when is_one_warehouse_only and (exact_warehouse_id = default_warehouse_id) is not true
                then ['leaves', 'F', 'flag use_buy_orders_multiple_warehouses']
            when is_unlinked_export
                then ['outside', 'BO7', 'the Optiply order it was made of does not carry its id yet']
            -- what we made of an order keeps its supplier, also one that Exact does not know
            when supplier_remote_id is null and not (is_exported and is_in_optiply)
                then ['outside', 'BO1', 'no supplier in Exact']
            when placed_date is null then ['outside', 'BO1', 'no date in Exact']
            when is_complete and not is_in_optiply and placed_date < {{ first_order_date() }}
                then ['outside', 'BO8', 'complete, and dated before start_date']
            else ['wanted', null, null]
        end as judgement
    from facts
),

verdicts as (
    select
        remote_id,
        document_type,
        document_number,
        is_in_optiply,
        judgement[1] as verdict,
        judgement[2] as rule_id,
        judgement[3] as reason
    from judged
)

select * from verdicts
