-- One row per entry of stock_warehouse_ids, as written, with the warehouse meant (P7). No rows: no limit.
with

entries as (
    select distinct trim(unnest(string_split({{ flag_sql('stock_warehouse_ids') }}, ','))) as entry
),

-- a warehouse that only a stock position names is known as well: the list of warehouses may be out of reach
warehouses as (
    select exact_warehouse_id, warehouse_code from {{ ref('stg_exact__warehouses') }}
    union
    select exact_warehouse_id, warehouse_code from {{ ref('stg_exact__stock_positions') }}
),

matches as (
    select
        entries.entry,
        min(warehouses.exact_warehouse_id) as exact_warehouse_id
    from entries
    left join warehouses
        on
            lower(entries.entry) = warehouses.exact_warehouse_id
            or lower(entries.entry) = lower(warehouses.warehouse_code)
    where entries.entry <> ''
    group by all
)

select * from matches
