-- One row: the first day after today that is a working day, Monday to Friday and no public holiday (X2).
with

-- the longest run of days off is far shorter
days as (
    select {{ as_of() }} + cast(unnest(range(1, 15)) as integer) as day
),

holidays as (
    select holiday_date
    from {{ ref('int_export__holidays') }}
),

next_working_day as (
    select min(days.day) as next_working_date
    from days
    anti join holidays on days.day = holidays.holiday_date
    where isodow(days.day) <= 5
)

select * from next_working_day
