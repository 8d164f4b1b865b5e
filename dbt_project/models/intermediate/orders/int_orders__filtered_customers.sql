-- One row per customer whose orders the tenant leaves out (SO10): named by GUID or by customer code.
with

named as (
    select lower(trim(name, ' {}')) as customer
    from unnest(cast({{ flag_sql('filter_sellOrder_CustomerIDs') }} as varchar[])) as names (name)
),

accounts as (  -- the stream holds every account, customers too
    select exact_account_id, account_code
    from {{ ref('stg_exact__suppliers') }}
),

filtered as (
    select customer as exact_customer_id
    from named

    union

    select accounts.exact_account_id as exact_customer_id
    from accounts
    inner join named on lower(accounts.account_code) = named.customer
)

select * from filtered
