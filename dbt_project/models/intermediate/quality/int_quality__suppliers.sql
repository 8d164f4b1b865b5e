-- One row per supplier and thing that was changed on its way to Optiply (C9).
with

suppliers as (
    select exact_account_id, supplier_name, is_name_missing, is_text_cut, is_lead_time_out_of_range
    from {{ ref('int_suppliers__desired') }}
),

issues as (
    select
        'suppliers' as entity, exact_account_id as remote_id, 'C3' as rule_id,
        'has no name in Exact; sent as ' || supplier_name as reason, 'changed' as severity
    from suppliers
    where is_name_missing
    union all
    select
        'suppliers' as entity, exact_account_id as remote_id, 'C3' as rule_id,
        'name is longer than 255 characters and is cut' as reason, 'changed' as severity
    from suppliers
    where is_text_cut
    union all
    select
        'suppliers' as entity, exact_account_id as remote_id, 'S3' as rule_id,
        'lead time is not 1 to 365 days; sent without' as reason, 'changed' as severity
    from suppliers
    where is_lead_time_out_of_range
)

select * from issues
