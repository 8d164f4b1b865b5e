-- One row per buy order that stands in Exact as shop orders (BO10; those we made of one Optiply order
-- together, X10) or as a warehouse transfer that we made (X9).
with

shop_orders as (
    select
        exact_shop_order_id, shop_order_number, status_code, exact_warehouse_id, entry_date, planned_date,
        modified_at
    from {{ ref('stg_exact__manufacturing_shop_orders') }}
),

warehouse_transfers as (
    select exact_warehouse_transfer_id, transfer_number, status_code, planned_receipt_date, modified_at
    from {{ ref('stg_exact__warehouse_transfers') }}
),

internal_exports as (
    select exact_id, order_remote_id, supplier_remote_id, placed_date, is_linked
    from {{ ref('int_buy_orders__internal_exports') }}
),

deleted as (
    select remote_id
    from {{ ref('int_buy_orders__documents_deleted') }}
),

documents as (
    select
        coalesce(internal_exports.order_remote_id, shop_orders.exact_shop_order_id) as remote_id,
        'shop_order' as document_type,
        shop_orders.shop_order_number as document_number,
        if(internal_exports.exact_id is null, 'assembly', internal_exports.supplier_remote_id)
            as supplier_remote_id,
        shop_orders.exact_warehouse_id,
        shop_orders.entry_date as placed_date,
        shop_orders.planned_date as expected_date,
        shop_orders.status_code in (30, 40) as is_complete,
        shop_orders.modified_at,
        internal_exports.exact_id is not null as is_exported,
        coalesce(not internal_exports.is_linked, false) as is_unlinked_export,
        deleted.remote_id is not null as is_deleted
    from shop_orders
    left join internal_exports on shop_orders.exact_shop_order_id = internal_exports.exact_id
    left join deleted on shop_orders.exact_shop_order_id = deleted.remote_id

    union all

    select
        internal_exports.order_remote_id as remote_id,
        'warehouse_transfer' as document_type,
        warehouse_transfers.transfer_number as document_number,
        internal_exports.supplier_remote_id,
        cast(null as varchar) as exact_warehouse_id,
        internal_exports.placed_date,
        warehouse_transfers.planned_receipt_date as expected_date,
        warehouse_transfers.status_code = 50 as is_complete,
        warehouse_transfers.modified_at,
        true as is_exported,
        not internal_exports.is_linked as is_unlinked_export,
        deleted.remote_id is not null as is_deleted
    from warehouse_transfers
    inner join internal_exports on warehouse_transfers.exact_warehouse_transfer_id = internal_exports.exact_id
    left join deleted on warehouse_transfers.exact_warehouse_transfer_id = deleted.remote_id
),

-- a part that was deleted says nothing about the order, unless all of it was
standing as (
    select *
    from documents
    qualify not is_deleted or bool_and(is_deleted) over (partition by remote_id)
),

internal_documents as (
    select
        remote_id,
        document_type,
        min(document_number) as document_number,
        any_value(supplier_remote_id) as supplier_remote_id,
        any_value(exact_warehouse_id) as exact_warehouse_id,
        min(placed_date) as placed_date,
        max(expected_date) as expected_date,
        bool_and(is_complete is true) as is_complete,
        max(modified_at) as modified_at,
        bool_or(is_exported) as is_exported,
        bool_or(is_unlinked_export) as is_unlinked_export,
        bool_and(is_deleted) as is_deleted
    from standing
    group by remote_id, document_type
)

select * from internal_documents
