-- One row per Exact row that Exact deleted, by its log or because a complete read did not bring it again.
with

deletions as (
    select
        entity_type_code,
        exact_record_id,
        max(row_version) as row_version,
        max(deleted_at) as deleted_at
    from {{ ref('stg_exact__deleted') }}
    group by all
),

master_rows as (
    select 'items' as stream, 9 as entity_type_code, exact_item_id as exact_id, row_version, modified_at
    from {{ ref('stg_exact__items') }}
    union all
    select
        'suppliers' as stream, 2 as entity_type_code, exact_account_id as exact_id, row_version, modified_at
    from {{ ref('stg_exact__suppliers') }}
    union all
    select
        'supplier_products' as stream, 30 as entity_type_code, exact_supplier_item_id as exact_id,
        row_version, modified_at
    from {{ ref('stg_exact__supplier_products') }}
    union all
    -- a stock position does not tell when it was modified
    select
        'stock_positions' as stream, 15 as entity_type_code, exact_stock_position_id as exact_id, row_version,
        cast(null as timestamp) as modified_at
    from {{ ref('stg_exact__stock_positions') }}
    union all
    select
        'sales_items_prices' as stream, 8 as entity_type_code, exact_sales_price_id as exact_id, row_version,
        modified_at
    from {{ ref('stg_exact__sales_items_prices') }}
    union all
    select
        'purchase_items_prices' as stream, 8 as entity_type_code, exact_purchase_price_id as exact_id,
        row_version, modified_at
    from {{ ref('stg_exact__purchase_items_prices') }}
    union all
    select
        'bill_of_materials_versions' as stream, 55 as entity_type_code,
        exact_bill_of_materials_version_id as exact_id, row_version, modified_at
    from {{ ref('stg_exact__bill_of_materials_versions') }}
    union all
    select
        'bill_of_materials' as stream, 54 as entity_type_code, exact_material_id as exact_id, row_version,
        modified_at
    from {{ ref('stg_exact__bill_of_materials') }}
    union all
    select
        'sales_price_list_volume_discounts' as stream, 31 as entity_type_code,
        exact_volume_discount_id as exact_id, row_version, modified_at
    from {{ ref('stg_exact__sales_price_list_volume_discounts') }}
),

logged_rows as (
    select
        master_rows.stream,
        master_rows.exact_id,
        deletions.deleted_at
    from master_rows
    inner join deletions
        on
            master_rows.entity_type_code = deletions.entity_type_code
            and master_rows.exact_id = deletions.exact_record_id
    -- A delete older than the row is of a row that came back. Row versions count up over all of Exact; a row
    -- that was not read from a sync endpoint has none, so its time of change decides.
    where
        case
            when master_rows.row_version is not null and deletions.row_version is not null
                then deletions.row_version >= master_rows.row_version
            else coalesce(deletions.deleted_at >= master_rows.modified_at, true)
        end
),

-- extract takes a mark off when Exact sends the row again, so a mark needs no comparison of times
unlogged_rows as (
    select stream, row_key as exact_id, gone_at as deleted_at
    from {{ source('runs', 'rows_gone') }}
    where source = 'exact'
),

all_rows as (
    select stream, exact_id, deleted_at from logged_rows
    union all
    select stream, exact_id, deleted_at from unlogged_rows
),

deleted_rows as (
    select
        stream,
        exact_id,
        min(deleted_at) as deleted_at
    from all_rows
    group by all
)

select * from deleted_rows
