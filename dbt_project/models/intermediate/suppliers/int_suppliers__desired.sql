-- One row per account that is a supplier or that Optiply knows as one: the supplier as it should be (S1-S4).
with

accounts as (
    select
        exact_account_id, account_code, account_name, email, is_supplier, is_blocked, purchase_lead_days
    from {{ ref('stg_exact__suppliers') }}
),

deleted_accounts as (
    select exact_id from {{ ref('int_deletions__rows') }}
    where stream = 'suppliers'
),

known_suppliers as (
    select remote_id from {{ source('ledger', 'records') }}
    where entity = 'suppliers'
    group by all
),

desired as (
    select
        accounts.exact_account_id,
        {{ cut_text('coalesce(accounts.account_name, accounts.account_code, accounts.exact_account_id)') }}
            as supplier_name,
        accounts.account_name is null as is_name_missing,
        coalesce(length(accounts.account_name) > 255, false) as is_text_cut,
        case when {{ flag_sql('map_supplier_mail') }} and accounts.email is not null then [accounts.email] end
            as emails,
        -- S3: Optiply takes 1 to 365 days
        case
            when {{ flag_sql('sync_leadTime_suppliers') }} and accounts.purchase_lead_days between 1 and 365
                then accounts.purchase_lead_days
        end as delivery_days,
        coalesce(
            {{ flag_sql('sync_leadTime_suppliers') }} and accounts.purchase_lead_days not between 1 and 365,
            false
        ) as is_lead_time_out_of_range,
        -- S4
        case
            when deleted_accounts.exact_id is not null then 'deleted in Exact'
            when not accounts.is_supplier then 'no longer a supplier in Exact'
            when accounts.is_blocked then 'blocked in Exact'
        end as ignored_reason
    from accounts
    left join deleted_accounts
        on accounts.exact_account_id = deleted_accounts.exact_id
    left join known_suppliers
        on accounts.exact_account_id = known_suppliers.remote_id
    where accounts.is_supplier or known_suppliers.remote_id is not null
)

select * from desired
