-- One row per purchase, assembly or shop order that was deleted in Exact, also when raw never held it.
-- BO5: the key in the delete log is the order's id or that of its header row.
with

deleted as (
    select deleted_key, document_type, deleted_at, row_version
    from {{ ref('int_buy_orders__deleted_keys') }}
),

document_keys as (
    select
        exact_purchase_order_id as remote_id, 'purchase_order' as document_type,
        exact_purchase_order_id as document_key, modified_at, row_version
    from {{ ref('stg_exact__purchase_orders') }}

    union all

    select
        exact_purchase_order_id as remote_id, 'purchase_order' as document_type,
        exact_purchase_order_row_id as document_key, modified_at, row_version
    from {{ ref('stg_exact__purchase_orders') }}
    -- the standard endpoint has no id of the row
    where exact_purchase_order_row_id <> exact_purchase_order_id

    union all

    select
        exact_shop_order_id as remote_id, 'shop_order' as document_type,
        exact_shop_order_id as document_key, modified_at, row_version
    from {{ ref('stg_exact__manufacturing_shop_orders') }}
),

matched as (
    select
        coalesce(document_keys.remote_id, deleted.deleted_key) as remote_id,
        document_keys.remote_id is not null
        and {{ is_older_delete('deleted', 'document_keys') }} as is_older
    from deleted
    left join document_keys
        on
            deleted.document_type = document_keys.document_type
            and deleted.deleted_key = document_keys.document_key
),

-- C8: a complete read did not bring them again; assembly orders and transfers have no other evidence
gone as (
    select row_key as remote_id
    from {{ source('runs', 'rows_gone') }}
    where
        source = 'exact'
        and stream in (
            'purchase_orders', 'assembly_orders', 'manufacturing_shop_orders', 'warehouse_transfers'
        )
),

never_read as (
    select exact_id as remote_id
    from {{ ref('int_buy_orders__transfers_never_read') }}
    where stream = 'warehouse_transfers'
),

deleted_documents as (
    select remote_id
    from matched
    where not is_older

    union  -- both of its keys may name one order

    select remote_id
    from gone

    union

    select remote_id
    from never_read
)

select * from deleted_documents
