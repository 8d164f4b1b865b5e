-- One row per supplier product that waits for its product or its supplier to be in Optiply (C9).
with

planned as (
    select remote_id, blocked_by
    from {{ ref('plan_optiply_supplier_products') }}
),

waiting as (
    select
        'supplierProducts' as entity,
        remote_id,
        'SP1' as rule_id,
        substr(blocked_by, length('waiting: ') + 1) as reason,
        'waiting' as severity,
    from planned
    where starts_with(blocked_by, 'waiting: ')
)

select * from waiting
