-- One row per Exact account that is a supplier or was one: the supplier as it should be in Optiply. Besides,
-- with assembly or shop orders, the tenant itself as the supplier of what it makes (BO9, BO10).
with

suppliers as (
    select exact_account_id, supplier_name, emails, delivery_days, ignored_reason
    from {{ ref('int_suppliers__desired') }}
),

with_assembly as (
    select
        exact_account_id as remote_id,
        supplier_name as name,
        emails,
        delivery_days as delivery_time,
        ignored_reason is not null as ignored
    from suppliers

    union all

    select
        'assembly' as remote_id,
        coalesce({{ flag_sql('assembly_supplier') }}, 'Assembly') as name,
        null as emails,
        null as delivery_time,
        false as ignored
    where {{ flag_sql('use_assembly_orders') }} or {{ flag_sql('use_production_orders') }}
)

select * from with_assembly
