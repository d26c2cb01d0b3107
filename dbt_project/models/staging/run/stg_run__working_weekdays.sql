-- One row per day of the week.
with

run as (select * from {{ source('run', 'working_weekdays') }}),

typed as (
    select
        cast(iso_weekday as bigint) as iso_weekday,
        cast(is_working as boolean) as is_working
    from run
)

select * from typed
