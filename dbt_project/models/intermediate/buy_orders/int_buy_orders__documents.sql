-- One row per buy order in Exact, in one form for all: a purchase order, an assembly order, shop orders, a
-- transfer that we made (BO1, BO2, BO9, BO10, X9).
with

purchase_orders as (
    select
        exact_purchase_order_id, order_number, order_status_code, exact_supplier_id, exact_warehouse_id,
        order_date, receipt_date, is_drop_shipment, amount_fc, amount_excl_vat_fc, modified_at
    from {{ ref('stg_exact__purchase_orders') }}
),

assembly_orders as (
    select
        exact_assembly_order_id, order_number, type_code, order_status_code, exact_warehouse_id, order_date,
        assembly_date, finished_date
    from {{ ref('stg_exact__assembly_orders') }}
),

internal_documents as (
    select
        remote_id, document_type, document_number, supplier_remote_id, exact_warehouse_id, placed_date,
        expected_date, is_complete, modified_at, is_exported, is_unlinked_export
    from {{ ref('int_buy_orders__internal_documents') }}
),

accepted as (
    select remote_id, completed
    from {{ ref('int_buy_orders__accepted') }}
),

documents as (
    select
        exact_purchase_order_id as remote_id,
        'purchase_order' as document_type,
        order_number as document_number,
        cast(null as integer) as type_code,
        exact_supplier_id as supplier_remote_id,
        exact_warehouse_id,
        order_date as placed_date,
        receipt_date as expected_date,
        list_contains(
            cast({{ flag_sql('bo_completed_status') }} as varchar[]), cast(order_status_code as varchar)
        ) as is_complete,
        -- BO2: Exact has no date of completion, and Modified moves on with every later edit
        {{ instant_text('modified_at') }} as completed_if_complete,
        is_drop_shipment,
        amount_fc,
        amount_excl_vat_fc,
        -- BO7: theirs are told by int_buy_orders__unregistered_exports
        false as is_exported,
        false as is_unlinked_export
    from purchase_orders

    union all

    select
        exact_assembly_order_id as remote_id,
        'assembly_order' as document_type,
        order_number as document_number,
        type_code,
        'assembly' as supplier_remote_id,
        exact_warehouse_id,
        order_date as placed_date,
        assembly_date as expected_date,
        order_status_code = 50 as is_complete,
        {{ instant_text('coalesce(finished_date, assembly_date, order_date)') }} as completed_if_complete,
        false as is_drop_shipment,
        cast(null as decimal(28, 8)) as amount_fc,
        cast(null as decimal(28, 8)) as amount_excl_vat_fc,
        false as is_exported,
        false as is_unlinked_export
    from assembly_orders

    union all

    select
        remote_id,
        document_type,
        document_number,
        cast(null as integer) as type_code,
        supplier_remote_id,
        exact_warehouse_id,
        placed_date,
        expected_date,
        is_complete,
        {{ instant_text('modified_at') }} as completed_if_complete,
        false as is_drop_shipment,
        cast(null as decimal(28, 8)) as amount_fc,
        cast(null as decimal(28, 8)) as amount_excl_vat_fc,
        is_exported,
        is_unlinked_export
    from internal_documents
),

with_ledger as (
    select
        documents.* exclude (is_complete, completed_if_complete),
        coalesce(documents.is_complete, false) as is_complete,
        case
            when documents.is_complete is not true then null
            -- BO9: its last finish moves on while it is not complete, and is a date of its own
            when documents.document_type = 'assembly_order' then documents.completed_if_complete
            else coalesce(accepted.completed, documents.completed_if_complete)
        end as completed,
        accepted.remote_id is not null as is_in_optiply
    from documents
    left join accepted on documents.remote_id = accepted.remote_id
)

select * from with_ledger
