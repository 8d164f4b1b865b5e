-- One row per entry of stock_warehouse_ids, as written, with the warehouse meant (P7). No rows: no limit.
with

entries as (
    select distinct trim(unnest(string_split({{ flag_sql('stock_warehouse_ids') }}, ','))) as entry
),

named_warehouses as (
    select warehouse_name, exact_warehouse_id from {{ ref('int_warehouses__named') }}
),

-- a warehouse that only a stock position names is known as well: the list of warehouses may be out of reach
positions as (
    select
        unnest([lower(warehouse_code), exact_warehouse_id]) as warehouse_name,
        exact_warehouse_id
    from {{ ref('stg_exact__stock_positions') }}
),

named_positions as (
    select warehouse_name, min(exact_warehouse_id) as exact_warehouse_id
    from positions
    group by all
),

matches as (
    select
        entries.entry,
        coalesce(named_warehouses.exact_warehouse_id, named_positions.exact_warehouse_id)
            as exact_warehouse_id
    from entries
    left join named_warehouses on lower(entries.entry) = named_warehouses.warehouse_name
    left join named_positions on lower(entries.entry) = named_positions.warehouse_name
    where entries.entry <> ''
)

select * from matches
