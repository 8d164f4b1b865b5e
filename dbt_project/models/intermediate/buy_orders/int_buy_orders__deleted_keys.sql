-- One row per key that Exact's delete log holds for purchase orders, their lines and shop orders.
with

deleted as (
    select entity_type_code, exact_record_id, deleted_at, row_version
    from {{ ref('stg_exact__deleted') }}
    where entity_type_code in (22, 36)
),

latest as (
    select
        exact_record_id as deleted_key,
        -- 22 names an order or one of its rows: Exact does not say which
        if(entity_type_code = 22, 'purchase_order', 'shop_order') as document_type,
        max(deleted_at) as deleted_at,
        max(row_version) as row_version
    from deleted
    group by all
)

select * from latest
